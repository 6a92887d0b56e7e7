x "p" {
  a = 1
}
x "p" {
  a = 2
}