few {
  a = 1
}
few {
  a = "2"
  b = "x"
}
s {
  a = 2
}
s {
  a = 1
}
s {
  a = 2
}