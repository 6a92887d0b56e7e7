# Speaks to HAProxy over its admin socket. Arguments: the socket, what to do, and with what.
socket=$1
ask() {
    if command -v perl >/dev/null 2>&1; then
        perl -MIO::Socket::UNIX -e '
            my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]);
            if (!$s) { print STDERR "$ARGV[0] cannot be connected to: $!\n"; exit 68 }
            print $s "$ARGV[1]\n" or die "nothing can be written to $ARGV[0]: $!\n";
            $s->shutdown(1);
            print while <$s>;' "$socket" "$1" || exit
    elif command -v socat >/dev/null 2>&1; then
        # Connected to and closed again, it says nothing: what is asked for then cannot be half said.
        socat -u /dev/null "UNIX-CONNECT:$socket" || exit 68
        printf '%s\n' "$1" | socat -t 10 - "UNIX-CONNECT:$socket" || exit 69
    else
        echo "neither perl nor socat is there to reach $socket; install one of them" >&2
        exit 69
    fi
}
case $2 in
members)
    level=$(ask "show cli level") || exit
    case $level in
    admin*) ;;
    *) printf 'its socket has the level %s, by which no server can be drained: write `level admin` at its `stats socket`\n' "$level" >&2; exit 65 ;;
    esac
    servers=$(ask "show servers state $3") || exit
    case $servers in
    1*) ;;
    *) printf '%s\n' "$servers" >&2; exit 65 ;;
    esac
    printf '%s\n' "$servers" | cut -s -d' ' -f4,6-8 | sed 's/^/server /'
    stats=$(ask "show stat $3 4 -1") || exit
    printf '%s\n' "$stats" | sed 's/^/stat /'
    ;;
sessions)
    sessions=$(ask "show sess") || exit
    printf '%s\n' "$sessions" | grep -F " be=$3 srv=$4 " | head -n 5
    exit 0
    ;;
set)
    said=$(ask "$3") || exit
    # It says nothing when it has done it.
    case $said in
    *[![:space:]]*) printf '%s\n' "$said" >&2; exit 65 ;;
    esac
    ;;
esac
