component "release" "api" {
  path = 'x'
  port = 1 2
  tags = [,]
  port = 3
  port = 4
}
