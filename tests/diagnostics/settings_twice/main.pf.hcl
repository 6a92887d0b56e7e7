patchform {}
patchform {
}
