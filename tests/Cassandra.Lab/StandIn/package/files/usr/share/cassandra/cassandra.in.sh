# Sourced by /usr/sbin/cassandra.
CASSANDRA_CONF=${CASSANDRA_CONF:-/etc/cassandra}
CASSANDRA_HOME=/usr/share/cassandra
CASSANDRA_LOG_DIR=${CASSANDRA_LOG_DIR:-/var/log/cassandra}
cassandra_storagedir=/var/lib/cassandra
CLASSPATH="$CASSANDRA_CONF"
for jar in "$CASSANDRA_HOME"/*.jar; do
    CLASSPATH="$CLASSPATH:$jar"
done
JAVA=/usr/lib/cassandra-stand-in/java
export CASSANDRA_CONF

JVM_OPTS=
for options in "$CASSANDRA_CONF"/jvm-server.options "$CASSANDRA_CONF"/jvm11-server.options; do
    [ ! -r "$options" ] || JVM_OPTS="$JVM_OPTS $(sed -n '/^-/p' "$options" | tr '\n' ' ')"
done
