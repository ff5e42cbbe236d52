package dev.meshclient.internal.metrics;

import java.util.List;

/** The methods that OpenTelemetry knows: a caller could send any word. */
final class Methods {
    /** In the order of their numbers. */
    static final List<String> TAGS =
            List.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY", "_OTHER");

    private Methods() {}

    /** The number of the method's tag. */
    static int number(String method) {
        return switch (method) {
            case "GET" -> 0;
            case "HEAD" -> 1;
            case "POST" -> 2;
            case "PUT" -> 3;
            case "DELETE" -> 4;
            case "CONNECT" -> 5;
            case "OPTIONS" -> 6;
            case "TRACE" -> 7;
            case "PATCH" -> 8;
            case "QUERY" -> 9;
            default -> 10;
        };
    }
}
