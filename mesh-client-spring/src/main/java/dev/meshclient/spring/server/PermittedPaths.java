package dev.meshclient.spring.server;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;

/** The paths whose GET and HEAD requests need no authorization. A path that a server could decode or shorten to another one is never among them. */
final class PermittedPaths {
    /** The bean of the health endpoint, in Boot. */
    static final String HEALTH = "healthEndpoint";

    private static final Pattern PLAIN = Pattern.compile("/[A-Za-z0-9_.~/-]*+");
    private static final Pattern SHORTENED = Pattern.compile("/(/|\\.\\.?(/|$))");

    private final List<String> paths;

    PermittedPaths(List<String> paths) {
        this.paths = List.copyOf(paths);
    }

    static void check(String path) {
        if (!isPlain(withoutStar(path))) {
            throw new IllegalArgumentException("permit-paths has '" + path
                    + "': a path begins with / and has no encoded characters, such as /livez or /status/*");
        }
    }

    private static boolean isPlain(String path) {
        return PLAIN.matcher(path).matches() && !SHORTENED.matcher(path).find();
    }

    /**
     * The paths of probes. They are as the client sends them, with the path of the application.
     *
     * @param hasHealth whether the application has the health endpoint
     */
    static List<String> ofProbes(Environment environment, String application, boolean hasHealth) {
        List<String> paths = new ArrayList<>();
        if (!hasHealth) {
            return paths;
        }
        if (environment.getProperty("management.endpoint.health.probes.add-additional-paths", Boolean.class, false)) {
            paths.addAll(List.of(application + "/livez", application + "/readyz"));
        }
        String serverPort = stated(environment, "server.port", "8080");
        String managementPort = stated(environment, "management.server.port", serverPort);
        boolean isFree = managementPort.equals("0") && isStated(environment, "management.server.port");
        if (!isFree && managementPort.equals(serverPort)) {
            String health = application
                    + joined(stated(environment, "management.endpoints.web.base-path", "/actuator"))
                    + joined(stated(environment, "management.endpoints.web.path-mapping.health", "health"));
            paths.addAll(List.of(health, health + "/*"));
        }
        return paths;
    }

    /** Without a slash at the end, and with one at the beginning; empty for the root. */
    static String joined(@Nullable String path) {
        String trimmed = path == null ? "" : path.strip().replaceAll("^/+|/+$", "");
        return trimmed.isEmpty() ? "" : "/" + trimmed;
    }

    private static boolean isStated(Environment environment, String property) {
        return !stated(environment, property, "").isEmpty();
    }

    private static String stated(Environment environment, String property, String otherwise) {
        String value = environment.getProperty(property);
        return value == null || value.isBlank() ? otherwise : value.strip();
    }

    private static String withoutStar(String path) {
        return path.endsWith("/*") ? path.substring(0, path.length() - 1) : path;
    }

    /** @param path as it was sent, without the query */
    boolean contains(String path) {
        for (String permitted : paths) {
            boolean matches =
                    permitted.endsWith("/*") ? path.startsWith(withoutStar(permitted)) : path.equals(permitted);
            if (matches && isPlain(path)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return paths.toString();
    }
}
