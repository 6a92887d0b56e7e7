a = "ä€x"
c = 1
b "label" {
}
d {
}
