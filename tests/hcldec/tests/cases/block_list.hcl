item {
  n = 2
}
item {
  n = 1
}
