error-without-words = x
