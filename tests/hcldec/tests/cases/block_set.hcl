item {
  n = "b"
}
item {
  n = "a"
}
item {
  n = "b"
}
