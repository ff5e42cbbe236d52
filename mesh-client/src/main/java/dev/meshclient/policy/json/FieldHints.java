package dev.meshclient.policy.json;

import dev.meshclient.internal.text.NearWord;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Names the field that an author probably meant: words of Istio, Envoy and Kubernetes, misplaced fields, and typing errors. */
final class FieldHints {
    private static final int LONGEST = 40;

    private static final Map<String, String> KINDS = words("""
            VirtualService, HTTPRoute, GRPCRoute, Ingress, ServiceProfile, ServiceRouter, ServiceSplitter = rules of a service
            DestinationRule, ServiceResolver, ServiceDefaults, BackendTrafficPolicy, BackendTLSPolicy = settings and subsets of a service
            ServiceEntry, WorkloadEntry, Service, Endpoints, EndpointSlice, Deployment = a service with hosts and endpoints
            PeerAuthentication = tls of a service, or of defaults
            AuthorizationPolicy, ServiceIntentions = authorization of a service, or of defaults
            RequestAuthentication = jwtProviders, and requestAuthentication of a service
            ConfigMap = the text in its data, without the object around it
            List, MeshConfig, Gateway = one object with a head, defaults and services
            """);

    private FieldHints() {}

    /** The kinds of other meshes, which are parts of a document here. */
    static Words<String> kinds(Words<String> own) {
        KINDS.forEach((kind, part) -> own.refusing(kind, "is another mesh's: in this document it is " + part));
        return own;
    }

    /** @return a phrase, or nothing */
    static String of(String unknown, Collection<String> legal) {
        if (unknown.length() > LONGEST) {
            return "";
        }
        String meaning = OfOthers.WORDS.get(NearWord.plain(unknown));
        String near = NearWord.of(unknown, legal);
        if (near != null && (meaning == null || NearWord.plain(near).equals(NearWord.plain(unknown)))) {
            return "did you mean " + near + "?";
        }
        return meaning == null ? "" : "in this document it is " + meaning;
    }

    /** @param lines words, of which {@code host(s)} stands for two, and their meaning */
    private static Map<String, String> words(String lines) {
        Map<String, String> all = new HashMap<>();
        lines.lines().forEach(line -> {
            int end = line.indexOf(" = ");
            for (String word : List.of(line.substring(0, end).split(", ", -1))) {
                String plain = NearWord.plain(word);
                int plural = plain.indexOf('(');
                all.put(plural < 0 ? plain : plain.substring(0, plural), line.substring(end + 3));
                all.put(plain.replace("(", "").replace(")", ""), line.substring(end + 3));
            }
        });
        return Map.copyOf(all);
    }

    /** Read when a document has an unknown field. */
    private static final class OfOthers {
        /** What the words of others, and our own in a wrong place, are in this document; keys as {@link NearWord#plain} makes them. */
        static final Map<String, String> WORDS = words("""
                http, route(s), virtualHosts = rules of a service, with backendRefs
                backend(s), serviceName, splits, trafficSplit, parentRefs = backendRefs of a rule, and hosts of a service
                match = matches of a rule
                destination(s), clusterName, weightedClusters = backendRefs: [{"name": SERVICE, "subset": SUBSET}] of a rule
                host, hostname(s), domain(s), authority = hosts of a service, and the name of a backendRef
                uri = path: {"type": "Exact", "PathPrefix" or "RegularExpression", "value": PATH} of a match
                pathExact, pathRegex, pathSeparatedPrefix = path: {"type": "Exact", "RegularExpression" or "PathPrefix", "value": PATH} of a match
                ignoreCase, ignoreUriCase, caseSensitive, invertMatch, presentMatch, present = nothing: a RegularExpression of a match says (?i), (?!..) or .*
                prefix, pathPrefix = path: {"type": "PathPrefix", "value": PATH} of a match, for whole path elements: /api does not match /apix; of a header it is a RegularExpression
                exact, regex, safeRegex = {"type": "Exact" or "RegularExpression", "value": TEXT} of a match
                mirror(s), requestMirrorPolicies = nothing: this version does not mirror
                fault, delay, abort = nothing: a policy injects no faults, and dev.meshclient.test scripts them in unit tests
                rewrite, urlRewrite, redirect, requestRedirect, directResponse, filters = nothing: this version changes no requests and no responses
                requestHeaderModifier, requestHeadersToAdd, headersToAdd, responseHeaderModifier = nothing: interceptors of your OkHttpClient set headers
                cors, corsPolicy, gateways, listeners, exportTo, workloadSelector = nothing: a client has no part in it
                timeout, requestTimeout, routeTimeout = timeouts.request, and timeouts.backendRequest for one attempt
                perTryTimeout, attemptTimeout = timeouts.backendRequest
                request, backendRequest = a field of timeouts
                connectTimeout, connect = timeouts.connect of a service
                idleTimeout, perTryIdleTimeout, idle = timeouts.idle of a service: the time without a byte within a call, not that of an unused connection
                retries, retryPolicy, numRetries = retry: {"attempts": NUMBER, "retryOn": [CONDITION], "codes": [STATUS]}
                isRetryable = nothing: retry applies to methods that are safe to repeat, and MeshOptions.withIdempotent() to one request
                baseInterval, retryBackOff = retry.backoff
                minRetriesPerSecond, retryRatio = retryConstraint.minRetryRate.count, and retryConstraint.budget.percent
                retryRemoteLocalities, retryIgnorePreviousHosts = nothing: a retry uses an endpoint that the call has not tried yet
                maxRetries = retry.attempts, for those of one call, and limits.maxRetries, for those in flight to a backend
                attempts, retryOn, backoff = a field of retry
                codes, statusCodes, retriableStatusCodes = retry.codes
                retryBudget, budget, minRetryRate = retryConstraint
                trafficPolicy = not a level of its own: loadBalancer, outlierDetection, limits, timeouts and tls stand on the service, on a subset, or in defaults
                portLevelSettings = a service for each port
                connectionPool, circuitBreakers = limits.maxRequests, and timeouts.connect; circuitBreaker refuses calls while too many attempts fail
                failureRateThreshold, slowCallRateThreshold, slidingWindowSize, minimumNumberOfCalls, waitDurationInOpenState = a field of circuitBreaker
                recordExceptions, ignoreExceptions = circuitBreaker.ignoredStatusCodes: only status codes can be ignored
                rateLimiter, localRateLimit, tokenBucket, limitForPeriod, limitRefreshPeriod = rateLimit: {"limitForPeriod": NUMBER, "limitRefreshPeriod": DURATION}
                maxRequests, http2MaxRequests = limits.maxRequests
                maxPendingRequests, http1MaxPendingRequests = limits.maxPendingRequests
                maxConnections = limits.maxConnectionsPerEndpoint, which counts those of one endpoint, or limits.maxRequests
                consecutive5xx, consecutive5xxErrors = outlierDetection.consecutive5xxErrors
                consecutiveErrors, consecutiveGatewayFailure, consecutiveGatewayErrors = outlierDetection.consecutiveGatewayErrors
                ejectionTime = outlierDetection.baseEjectionTime
                healthyPanicThreshold, panicThreshold = outlierDetection.minHealthPercent
                splitExternalLocalOriginErrors = nothing: responses and failures without one are always counted apart
                enforcingSuccessRate, enforcingLocalOriginSuccessRate = outlierDetection.successRateStdevFactor, of which 0 is off
                enforcingFailurePercentage, enforcingFailurePercentageLocalOrigin = outlierDetection.failurePercentageThreshold, which is off unless stated
                enforcingConsecutive5xx, enforcingConsecutiveGatewayFailure, enforcingConsecutiveLocalOriginFailure = nothing: a limit of 0 is off
                activeRequestBias, choiceCount = nothing: LEAST_REQUEST has attempts in flight in proportion to the weights, and compares two endpoints
                slowStart, slowStartConfig, warmup, warmupDurationSecs = loadBalancer.warmup: {"duration": DURATION}
                healthChecks, livenessProbe, readinessProbe, activeHealthCheck = healthCheck: {"path": PATH} of a service, a subset or defaults
                idleInterval = healthCheck.noTrafficInterval
                successfulActiveHealthCheckUnejectHost = nothing: an endpoint that passes its healthCheck returns after its first ejection
                lbPolicy, simple = loadBalancer.simple
                subsetSize, aperture = loadBalancer.subsetSize
                warmConnections, preconnectPolicy, preconnect = nothing: calls open connections, and a healthCheck opens one to each endpoint of a called service
                zone, region, subZone, availabilityZone = locality: "region/zone" of an endpoint
                shadow, shadowMode, dryRun, enforced = shadow: true as a field of limits, circuitBreaker, rateLimit, retryConstraint, outlierDetection, timeouts, retry or hedge, or of a policy of authorization
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
                fromHeaders, fromParams, fromCookies = nothing: the token is read from Authorization: Bearer
                meta = metadata
                namespace, annotations, uid, resourceVersion = nothing: metadata has mesh, epoch and version
                name = the key of the object in services or jwtProviders, and metadata.mesh
                apiVersion, kind, metadata = at the head of the document only: an object of another mesh is rules, settings or endpoints of a service
                spec = not a level of its own: services, clusters and defaults stand at the head of the document, and hosts, rules and settings on a service
                virtualServices, destinationRules, serviceEntries = services, each with its rules and settings
                """);
    }
}
