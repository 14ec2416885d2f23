### What the backend writes to people by messengers.

## To the client: the link and reminders

## To the client: answers of the bot

## To the specialist: alerts, buttons, answers of the bot

## To the practice's channel

## The operator's status page

