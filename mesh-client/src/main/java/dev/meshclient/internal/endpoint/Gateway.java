package dev.meshclient.internal.endpoint;

import java.util.List;

/**
 * The gateway by which the endpoints of a service in another cluster are reached. It forwards TLS as it is and chooses the service
 * by the SNI.
 *
 * @param address an IP address or a name
 * @param port 1 to 65535
 * @param sni the SNI of the service; <code>{subset}</code> stands for the name of the subset; empty without one, and a dot after it
 *     is left out
 * @param accounts the SPIFFE IDs that endpoints behind it state: it may choose any of them
 * @param others whether endpoints behind it state no SPIFFE ID, so that the ID of the backend applies
 * @param weight the weight of all endpoints behind it
 * @param plain whether the service states no TLS, by which the gateway could choose
 */
public record Gateway(
        String address, int port, String sni, List<String> accounts, boolean others, long weight, boolean plain) {
    public Gateway {
        accounts = List.copyOf(accounts);
    }

    /** The SNI of a service or subset. */
    public String sni(Backend backend) {
        int service = backend.service().length();
        String subset = backend.name().length() > service ? backend.name().substring(service + 1) : "";
        return sni.replace("{subset}.", subset.isEmpty() ? "" : subset + ".").replace("{subset}", subset);
    }
}
