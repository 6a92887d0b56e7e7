x "p" {
  a = 1
}
x {
}
x "p" "q" "r" {
  a = 2
}