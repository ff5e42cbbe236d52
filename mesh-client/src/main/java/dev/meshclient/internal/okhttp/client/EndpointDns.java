package dev.meshclient.internal.okhttp.client;

import dev.meshclient.internal.endpoint.Resolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import okhttp3.Dns;
import org.jspecify.annotations.Nullable;

/**
 * The address of an endpoint, whatever the logical host: an IP address as it is; a name is resolved for each new connection.
 * Compared by value, since OkHttp shares connections only among clients whose Dns is equal.
 */
record EndpointDns(String address) implements Dns {
    @Override
    public List<InetAddress> lookup(String logical) throws UnknownHostException {
        return Resolver.isAddress(address)
                ? List.of(InetAddress.getByAddress(
                        logical, InetAddress.getByName(address).getAddress()))
                : Dns.SYSTEM.lookup(address);
    }

    // Written out, since the JVM would make them of method handles during the first call of a process.

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EndpointDns that && address.equals(that.address);
    }

    @Override
    public int hashCode() {
        return address.hashCode();
    }
}
