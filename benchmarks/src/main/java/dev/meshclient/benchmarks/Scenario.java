package dev.meshclient.benchmarks;

import dev.meshclient.identity.Svid;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** What is measured in one JVM, for each path. */
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
            try (PeerServer server = PeerServer.start(null);
                    Clients clients = new Clients("", server.port(), null)) {
                clients.plain().meshed(ONE, HTTP, 1).meshed(THREE, HTTP, 3);
                return new Comparison(this, path, clients.variants()).run(effort);
            }
        }
    },
    H2C("h2c", true) {
        @Override
        List<Figure> measure(CallPath path, Effort effort) throws Exception {
            try (PeerServer server = PeerServer.start(null);
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
            Path keys = Files.createTempFile("orders", ".p12");
            Certificates.write(certificates.identity("orders"), keys);
            try (PeerServer server = PeerServer.start(keys);
                    Clients clients = new Clients("", server.port(), identity)) {
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
