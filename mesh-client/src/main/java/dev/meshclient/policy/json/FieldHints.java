package dev.meshclient.policy.json;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names the field that an author probably meant: words of Istio, Envoy and Kubernetes, misplaced fields, and typing errors. */
final class FieldHints {
    private static final int SHORTEST = 3;
    private static final int LONGEST = 40;

    /** What the words of others, and our own in a wrong place, are in this document; keys as {@link #plain} makes them. */
    private static final Map<String, String> WORDS = words("""
            http, route(s), virtualHosts = rules of a service, with backendRefs
            match = matches of a rule
            destination(s), clusterName, weightedClusters = backendRefs: [{"name": SERVICE, "subset": SUBSET}] of a rule
            host, hostname(s), domain(s), authority = hosts of a service, and the name of a backendRef
            uri = path: {"type": "Exact", "PathPrefix" or "RegularExpression", "value": PATH} of a match
            prefix, pathPrefix = path: {"type": "PathPrefix", "value": PATH} of a match, for whole path elements: /api does not match /apix; of a header it is a RegularExpression
            exact, regex, safeRegex = {"type": "Exact" or "RegularExpression", "value": TEXT} of a match
            mirror(s), requestMirrorPolicies = nothing: this version does not mirror
            timeout = timeouts.request, and timeouts.backendRequest for one attempt
            perTryTimeout, attemptTimeout = timeouts.backendRequest
            request, backendRequest = a field of timeouts
            connectTimeout, connect = timeouts.connect of a service
            idleTimeout, perTryIdleTimeout, idle = timeouts.idle of a service: the time without a byte within a call, not that of an unused connection
            retries, retryPolicy, numRetries = retry.attempts
            maxRetries = retryConstraint, for the retries of all calls, and retry.attempts, for those of one call
            attempts, retryOn, backoff = a field of retry
            codes, statusCodes, retriableStatusCodes = retry.codes
            retryBudget, budget, minRetryRate = retryConstraint
            trafficPolicy = not a level of its own: loadBalancer, outlierDetection, limits, timeouts and tls stand on the service, on a subset, or in defaults
            portLevelSettings = a service for each port
            connectionPool, circuitBreaker(s) = limits.maxRequests, and timeouts.connect
            maxRequests, http2MaxRequests = limits.maxRequests
            maxPendingRequests, http1MaxPendingRequests = nothing: no call waits in a queue, and one above limits.maxRequests fails at once
            maxConnections = nothing: this version limits calls (limits.maxRequests), not connections
            consecutive5xx, consecutive5xxErrors = outlierDetection.consecutive5xxErrors
            consecutiveErrors, consecutiveGatewayFailure, consecutiveGatewayErrors = outlierDetection.consecutiveGatewayErrors
            healthCheck(s), livenessProbe, readinessProbe = outlierDetection: the results of calls show which endpoint fails
            lbPolicy, simple = loadBalancer.simple
            zone, region, subZone, availabilityZone = locality: "region/zone" of an endpoint
            weight = the weight of an endpoint or of a backendRef
            labels = the labels of an endpoint or of a subset
            selector = the labels of a subset
            priority = the priority of an entry of clusters, which endpoints name
            subset = the subset of a backendRef
            ip, ips, address(es), instances = the address of an endpoint
            port(s), targetPort, servicePort, portValue = the port of an endpoint
            lbEndpoints, loadAssignment = endpoints of a service
            sni, subjectAltNames, caCertificates, credentialName = a field of tls
            mtls, peerAuthentication = tls: {"mode": "MESH_MUTUAL"}
            principals = authorization[].rules[].from[].source.principals
            jwtRules, jwksUri, issuer = a provider of jwtProviders, which requestAuthentication names
            name = the key of the object in services or jwtProviders, and metadata.mesh
            spec = not a level of its own: services, clusters and defaults stand at the head of the document
            virtualServices, destinationRules, serviceEntries = services, each with its rules and settings
            """);

    private FieldHints() {}

    /** @return a sentence with a separator behind it, or nothing */
    static String of(String unknown, Collection<String> legal) {
        if (unknown.length() > LONGEST) {
            return "";
        }
        String meaning = WORDS.get(plain(unknown));
        String near = near(unknown, legal);
        if (near != null && (meaning == null || plain(near).equals(plain(unknown)))) {
            return "did you mean " + near + "? ";
        }
        return meaning == null ? "" : "in this document it is " + meaning + "; ";
    }

    /**
     * The legal word that differs in a few letters only, not counting case and hyphens; null: none does. A digit has a meaning:
     * {@code 4xx} is no mistyped {@code 5xx}.
     */
    static @Nullable String near(String word, Collection<String> legal) {
        if (word.length() < SHORTEST || word.length() > LONGEST) {
            return null;
        }
        String plain = plain(word);
        String nearest = null;
        int least = plain.length() < 6 ? 2 : plain.length() < 10 ? 3 : 4;
        for (String candidate : legal) {
            if (candidate.length() < plain.length() - least
                    || !digits(candidate).equals(digits(word))) {
                continue;
            }
            int distance = distance(plain, plain(candidate));
            if (distance < least) {
                least = distance;
                nearest = candidate;
            }
        }
        return nearest;
    }

    private static String plain(String word) {
        return word.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
    }

    private static String digits(String word) {
        return word.replaceAll("\\D", "");
    }

    /** Inserted, removed and other letters, and exchanged neighbours (Damerau's distance, each pair once). */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int changed = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                d[i][j] = Math.min(changed, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }

    /** @param lines words, of which {@code host(s)} stands for two, and their meaning */
    private static Map<String, String> words(String lines) {
        Map<String, String> all = new HashMap<>();
        lines.lines().forEach(line -> {
            int end = line.indexOf(" = ");
            for (String word : List.of(line.substring(0, end).split(", ", -1))) {
                String plain = plain(word);
                int plural = plain.indexOf('(');
                all.put(plural < 0 ? plain : plain.substring(0, plural), line.substring(end + 3));
                all.put(plain.replace("(", "").replace(")", ""), line.substring(end + 3));
            }
        });
        return Map.copyOf(all);
    }
}
