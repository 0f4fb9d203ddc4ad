# Sourced by ./run and ./test: makes .venv and keeps it equal to a lock file.
#
# A second call costs two file comparisons: the lock that was installed is kept inside .venv, and nothing
# is asked of any network while it equals the one in the repository.

complain() { printf '%s\n' "$*" >&2; }

# May this person install Debian packages without being asked anything?
may_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null
}

# install_packages NAME...: installs Debian or Ubuntu packages, quietly; its log stays in a file on failure.
install_packages() {
    local prefix=() log
    [ "$(id -u)" -eq 0 ] || prefix=(sudo -n)
    log=$(mktemp)
    if "${prefix[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" \
        >"$log" 2>&1 </dev/null ||
        { "${prefix[@]}" apt-get update >>"$log" 2>&1 </dev/null &&
            "${prefix[@]}" env DEBIAN_FRONTEND=noninteractive \
                apt-get install -y --no-install-recommends "$@" >>"$log" 2>&1 </dev/null; }; then
        rm -f "$log"
        return 0
    fi
    tail -n 5 "$log" >&2
    complain "apt-get could not install: $* (all it said: $log)"
    return 1
}

find_python() {
    local candidate
    for candidate in python3 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return 0
        fi
    done
    complain 'Fieldledger needs Python 3.11 or later. On Debian 12+ or Ubuntu 23.10+ type: sudo apt-get install python3 python3-venv'
    return 1
}

# Debian and Ubuntu ship Python without the part that makes virtual environments.
ensure_venv_module() {
    local python=$1 package
    "$python" -c 'import ensurepip, venv' 2>/dev/null && return 0
    package="$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
    if may_install; then
        echo "Installing $package ..."
        install_packages "$package" && return 0
    fi
    complain "Python's venv module is missing. Type: sudo apt-get install $package"
    return 1
}

# quietly WHAT COMMAND...: says WHAT, runs COMMAND, and shows the end of what it printed only if it fails.
quietly() {
    local what=$1 log=.venv/setup.log
    shift
    echo "$what ..."
    "$@" >"$log" 2>&1 </dev/null && return 0
    tail -n 12 "$log" >&2
    complain "That failed: $what. All it said is in $log."
    return 1
}

# set_up LOCK: .venv holds what LOCK names, and the command .venv/bin/fieldledger.
set_up() {
    local lock=$1 python kept=.venv/installed
    if ! .venv/bin/python -c '' 2>/dev/null || ! [ -d "$kept" ]; then
        python=$(find_python) || return 1
        ensure_venv_module "$python" || return 1
        echo "Making .venv with $("$python" --version) ..."
        "$python" -m venv --clear .venv || return 1
        mkdir "$kept"
    fi
    # The tests' lock contains all of the product's: having it is having both.
    if ! { cmp -s requirements.lock "$kept/requirements.lock" &&
        { [ "$lock" = requirements.lock ] || cmp -s "$lock" "$kept/$lock"; }; }; then
        rm -f "$kept"/*.lock
        quietly "Installing packages ($lock, each checked against its hash)" \
            .venv/bin/python -m pip install --disable-pip-version-check --no-input \
            --require-hashes --only-binary :all: -r "$lock" || return 1
        cp requirements.lock "$kept/" && cp "$lock" "$kept/" || return 1
    fi
    if ! [ -x .venv/bin/fieldledger ] || ! cmp -s pyproject.toml "$kept/pyproject.toml"; then
        quietly 'Installing the command .venv/bin/fieldledger' \
            .venv/bin/python -m pip install --disable-pip-version-check --no-input \
            --no-deps --no-build-isolation -e . || return 1
        cp pyproject.toml "$kept/" || return 1
    fi
}
