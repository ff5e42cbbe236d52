package dev.meshclient.internal.okhttp;

import dev.meshclient.internal.endpoint.Resolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import okhttp3.Dns;

/**
 * Where an endpoint is, whatever the logical host: an IP address as it is; a name is resolved each time that a connection is
 * made. Equal by value, as OkHttp shares connections only among clients whose Dns is equal.
 */
record EndpointDns(String address) implements Dns {
    @Override
    public List<InetAddress> lookup(String logical) throws UnknownHostException {
        return Resolver.isAddress(address)
                ? List.of(InetAddress.getByAddress(
                        logical, InetAddress.getByName(address).getAddress()))
                : Dns.SYSTEM.lookup(address);
    }
}
