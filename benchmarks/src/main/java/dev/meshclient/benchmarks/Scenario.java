package dev.meshclient.benchmarks;

import dev.meshclient.identity.Svid;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** A scenario is measured in one JVM, over each path that it can take. */
enum Scenario {
    MEMORY("HTTP/1.1 in memory", true) {
        @Override
        List<Figure> measure(CallPath path, Effort effort) throws Exception {
            InMemoryPeer.install();
            try (Clients clients = new Clients("", 8080, null)) {
                clients.plain().meshed(ONE, HTTP, 1).meshed(THREE, HTTP, 3).meshed(NONE, HTTP, 0);
                return new Comparison(this, path, clients.variants()).run(effort.inMemory());
            }
        }
    },
    HTTP1("HTTP/1.1", true) {
        @Override
        List<Figure> measure(CallPath path, Effort effort) throws Exception {
            try (PeerServer server = PeerServer.start();
                    Clients clients = new Clients("", server.port(), null)) {
                clients.plain().meshed(ONE, HTTP, 1).meshed(THREE, HTTP, 3);
                return new Comparison(this, path, clients.variants()).run(effort);
            }
        }
    },
    H2C("h2c", true) {
        @Override
        List<Figure> measure(CallPath path, Effort effort) throws Exception {
            try (PeerServer server = PeerServer.start();
                    Clients clients = new Clients("kubernetes.io/h2c", server.port(), null)) {
                clients.plain().meshed(ONE, HTTP, 1);
                return new Comparison(this, path, clients.variants()).run(effort);
            }
        }
    },
    MTLS("HTTP/1.1 by mutual TLS", true) {
        @Override
        List<Figure> measure(CallPath path, Effort effort) throws Exception {
            Certificates certificates = new Certificates();
            Svid identity = certificates.identity("checkout");
            Path keys = Certificates.write(certificates.identity("orders"));
            try (PeerServer server = PeerServer.mutualTls(keys);
                    Clients clients = new Clients("", server.tlsPort(), identity)) {
                clients.plain().meshed(HTTPS_URL, "https", 1).meshed(UPGRADED_URL, HTTP, 1);
                return new Comparison(this, path, clients.variants()).run(effort);
            }
        }
    },
    CONNECTIONS("1,000 connections in memory", true) {
        @Override
        List<Figure> measure(CallPath path, Effort effort) throws Exception {
            InMemoryPeer.install();
            try (Clients clients = new Clients("", 8080, null)) {
                clients.plain(100, 1_000).meshed(HUNDRED, HTTP, 100, 1_000);
                return new Comparison(this, path, clients.variants()).run(effort.inMemory());
            }
        }
    },
    START("first call of a process", true) {
        @Override
        List<Figure> measure(CallPath path, Effort effort) throws Exception {
            return FirstCall.measure(path, effort);
        }
    },
    PIPELINE("pipeline on a stubbed transport", false) {
        @Override
        List<Figure> measure(CallPath path, Effort effort) throws Exception {
            return Pipeline.measure(effort);
        }
    },
    DOCUMENT("document", false) {
        @Override
        List<Figure> measure(CallPath path, Effort effort) throws Exception {
            return DocumentScale.changes(effort);
        }
    },
    EJECTION("ejection", false) {
        @Override
        List<Figure> measure(CallPath path, Effort effort) throws Exception {
            return DocumentScale.ejections(effort);
        }
    },
    THREADS("threads, sockets and memory of a client that calls each endpoint", false) {
        @Override
        List<Figure> measure(CallPath path, Effort effort) throws Exception {
            return ConnectionThreads.measure(effort.isWhole() ? List.of(100, 1_000) : List.of(50), false);
        }
    },
    VIRTUAL("calls on virtual threads", false) {
        @Override
        List<Figure> measure(CallPath path, Effort effort) throws Exception {
            return VirtualThreads.measure("h2c", effort.isWhole() ? 10_000 : 1_000);
        }

        @Override
        int firstJdk() {
            return 24; // before, OkHttp's HTTP/2 waits in synchronized, which keeps the carrier thread
        }
    };

    static final String ONE = "1 endpoint";
    static final String THREE = "3 endpoints";
    static final String HUNDRED = "100 endpoints";
    static final String NONE = "resolution NONE";
    static final String HTTPS_URL = "https URL";
    static final String UPGRADED_URL = "http URL, upgraded";
    private static final String HTTP = "http";

    private final String text;
    private final boolean callsOkHttp;

    Scenario(String text, boolean callsOkHttp) {
        this.text = text;
        this.callsOkHttp = callsOkHttp;
    }

    abstract List<Figure> measure(CallPath path, Effort effort) throws Exception;

    /** It is measured from this JDK on. */
    int firstJdk() {
        return 17;
    }

    String text() {
        return text;
    }

    /** The paths whose figures may differ. */
    List<CallPath> paths() {
        return callsOkHttp ? List.of(CallPath.values()) : List.of(CallPath.DIRECT);
    }

    String pathText(CallPath path) {
        return callsOkHttp ? path.toString() : "either";
    }

    /** Its argument on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
