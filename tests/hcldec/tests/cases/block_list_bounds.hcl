few {
  a = 1
}
many {
  a = 1
}
many {
  a = 2
}
many {
  a = 3
}
mset {
  a = 1
}
mset {
  a = 1
}