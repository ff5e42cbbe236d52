package dev.meshclient.policy;

import java.util.List;
import java.util.Locale;

/**
 * All about one service.
 *
 * @param hosts authorities that a request URL may carry: {@code orders}, {@code orders:8080}, {@code *.orders.example} or,
 *     with {@link Resolution#NONE} only, {@code *}; kept in lower case
 * @param appProtocol what the endpoints speak
 * @param resolution how endpoints are found
 * @param endpoints where the service is reached; empty for {@link Resolution#NONE}; empty for {@link Resolution#DNS}: the hosts are
 *     the names
 * @param subsets named parts of the endpoints, by label
 * @param rules routes, in document order; empty = one implicit rule that takes everything to this service
 * @param settings of this service, not merged with the defaults
 */
public record Service(
        List<String> hosts,
        AppProtocol appProtocol,
        Resolution resolution,
        List<Endpoint> endpoints,
        List<Subset> subsets,
        List<Rule> rules,
        Settings settings) {
    public Service {
        hosts = hosts.stream().map(h -> h.toLowerCase(Locale.ROOT)).toList();
        endpoints = List.copyOf(endpoints);
        subsets = List.copyOf(subsets);
        rules = List.copyOf(rules);
    }
}
