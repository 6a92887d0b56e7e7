item "a" "x" {
  n = 1
}
item "a" "y" {
  n = 2
}
item "b" "x" {
  n = 3
}
