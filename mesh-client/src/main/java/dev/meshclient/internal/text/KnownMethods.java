package dev.meshclient.internal.text;

import java.util.List;

/** The methods that telemetry shows by name, those of OpenTelemetry's conventions: a caller could send any word. */
public final class KnownMethods {
    /** Stands for all other methods. */
    public static final String OTHER = "_OTHER";

    /** In the order of their numbers; {@link #OTHER} is the last. */
    public static final List<String> TAGS =
            List.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY", OTHER);

    private KnownMethods() {}

    /** The number of the method's tag. */
    public static int number(String method) {
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
