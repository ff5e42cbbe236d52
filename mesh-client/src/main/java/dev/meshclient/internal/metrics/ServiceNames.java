package dev.meshclient.internal.metrics;

import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A service in the words of Istio's labels.
 *
 * @param host as the policy lists it, a pattern perhaps
 * @param name short, as in its namespace
 */
record ServiceNames(String host, String name, String namespace) {
    /** The host of a service in Kubernetes: its name and namespace. */
    private static final Pattern KUBERNETES = Pattern.compile("([^.*]+)\\.([^.]+)\\.svc(\\..+)?");

    /** Its host in Kubernetes if it lists one, otherwise the first that it lists. */
    static ServiceNames of(String service, List<String> hosts) {
        for (String host : hosts) {
            Matcher parts = KUBERNETES.matcher(host);
            if (parts.matches()) {
                return new ServiceNames(host, parts.group(1), parts.group(2));
            }
        }
        return new ServiceNames(hosts.isEmpty() ? service : hosts.get(0), service, WorkloadNames.UNKNOWN);
    }

    /** @param workload a workload of the service: the namespace, if the host has none */
    Tags tags(WorkloadNames workload) {
        return Tags.of(
                "destination_service",
                host,
                "destination_service_name",
                name,
                "destination_service_namespace",
                namespace.equals(WorkloadNames.UNKNOWN) ? workload.namespace() : namespace);
    }
}
