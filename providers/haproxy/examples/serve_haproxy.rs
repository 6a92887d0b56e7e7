//! Serves the `haproxy` provider as an executable of its own, as a foreign one would be.

fn main() -> std::io::Result<()> {
    patchform_provider_haproxy::serve()
}
