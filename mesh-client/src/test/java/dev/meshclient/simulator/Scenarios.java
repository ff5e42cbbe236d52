package dev.meshclient.simulator;

/** Documents of this package's tests. */
final class Scenarios {
    private Scenarios() {}

    /** One service, whose two zones have two endpoints each. */
    static String policy(String settings) {
        return """
                {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop"},
                 "services": {"orders": {"hosts": ["orders"], "endpoints": [
                   {"address": "10.0.0.1", "port": 80, "locality": "eu/a"}, {"address": "10.0.0.2", "port": 80, "locality": "eu/a"},
                   {"address": "10.0.0.3", "port": 80, "locality": "eu/b"}, {"address": "10.0.0.4", "port": 80, "locality": "eu/b"}],
                   "timeouts": {"request": "5s", "backendRequest": "500ms"}%s}}}
                """.formatted(settings.isEmpty() ? "" : ", " + settings);
    }

    /** Half a minute of calls from zone a. */
    static String scenario(String more) {
        return """
                {"length": "30s", "callers": [{"service": "web", "zone": "eu/a", "perSecond": 40, "host": "orders"}]%s}
                """.formatted(more.isEmpty() ? "" : ", " + more);
    }
}
