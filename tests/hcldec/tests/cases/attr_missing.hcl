
b {
  # nothing
}
