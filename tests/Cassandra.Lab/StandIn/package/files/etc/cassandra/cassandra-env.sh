# Heap and management port of Cassandra (stand-in); sourced by /usr/sbin/cassandra.

# Unless both are set, the heap is computed: max(min(RAM/2, 1 GiB), min(RAM/4, 8 GiB)).
#MAX_HEAP_SIZE="4G"
#HEAP_NEWSIZE="800M"

if [ -z "$MAX_HEAP_SIZE" ] && [ -z "$HEAP_NEWSIZE" ]; then
    memory=$(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo)
    memory=$((memory / 1024))
    half=$((memory / 2))
    quarter=$((memory / 4))
    [ $half -le 1024 ] || half=1024
    [ $quarter -le 8192 ] || quarter=8192
    [ $half -ge $quarter ] && heap=$half || heap=$quarter
    MAX_HEAP_SIZE="${heap}M"
    HEAP_NEWSIZE="$((heap / 4))M"
elif [ -z "$MAX_HEAP_SIZE" ] || [ -z "$HEAP_NEWSIZE" ]; then
    echo "please set or unset MAX_HEAP_SIZE and HEAP_NEWSIZE in pairs (see cassandra-env.sh)" >&2
    exit 1
fi
JVM_OPTS="$JVM_OPTS -Xms$MAX_HEAP_SIZE -Xmx$MAX_HEAP_SIZE -Xmn$HEAP_NEWSIZE"

# Management is reachable from this machine only.
JMX_PORT="7199"
JVM_OPTS="$JVM_OPTS -Dcassandra.jmx.local.port=$JMX_PORT"

JVM_OPTS="$JVM_OPTS $JVM_EXTRA_OPTS"
