nam = "x"
extra = 1
thin {
}
thing "label" {
}
thing = 5
name {
}