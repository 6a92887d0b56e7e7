component "release" "api" {
}
