item {
  n = "b"
}
item {
  n = [1]
}
