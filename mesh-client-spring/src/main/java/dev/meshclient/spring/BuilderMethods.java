package dev.meshclient.spring;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The names of Java methods in what the mesh refuses at the start, and the properties that an application states in their place.
 * Messages of a running mesh have both.
 */
final class BuilderMethods {
    /** A name that contains another one is before it. */
    static final Map<String, String> PROPERTIES = properties();

    private BuilderMethods() {}

    private static Map<String, String> properties() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("claim takes", "mesh.claims takes");
        properties.put("PolicySource.http", "mesh.registry.url");
        properties.put("PolicySource.file(Path)", "mesh.registry.file");
        properties.put("PolicySource.file", "mesh.registry.file");
        properties.put(
                "bearerToken(file) or client(..)", "mesh.registry.bearer-token-file or mesh.registry.ssl-bundle");
        properties.put("initialFetchTimeout", "mesh.initial-fetch-timeout");
        properties.put("staleTtl", "mesh.stale-ttl");
        properties.put("drainTimeout", "mesh.drain-timeout");
        return properties;
    }

    /** The message with the names of properties in place of methods. */
    static String asProperties(String message) {
        String translated = message;
        for (var name : PROPERTIES.entrySet()) {
            translated = translated.replace(name.getKey(), name.getValue());
        }
        return translated;
    }
}
