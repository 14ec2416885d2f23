### What the client's page says.

## Without a script

## With it
