greeting = "Hello, ${name}!"
p = port