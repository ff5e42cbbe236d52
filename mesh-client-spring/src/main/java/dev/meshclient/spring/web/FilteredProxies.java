package dev.meshclient.spring.web;

import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import okhttp3.OkHttpClient;

/**
 * The proxies of a client with an address filter: none by SOCKS. OkHttp gives such a proxy the name of the host, which no filter can
 * check, and makes its sockets by no factory. The JDK's own SOCKS settings still apply below {@link FilteredSockets}, with addresses.
 */
final class FilteredProxies extends ProxySelector {
    private final ProxySelector all;

    private FilteredProxies(ProxySelector all) {
        this.all = all;
    }

    /** @throws IllegalArgumentException if the client states a SOCKS proxy */
    static void apply(OkHttpClient client, OkHttpClient.Builder builder) {
        Proxy stated = client.proxy();
        if (stated != null && stated.type() == Proxy.Type.SOCKS) {
            throw new IllegalArgumentException("an InetAddressFilter cannot check the hosts behind the SOCKS proxy "
                    + stated.address() + ", which resolves their names; use an HTTP proxy, or remove the filter");
        }
        if (!(client.proxySelector() instanceof FilteredProxies)) {
            builder.proxySelector(new FilteredProxies(client.proxySelector()));
        }
    }

    @Override
    public List<Proxy> select(URI uri) {
        return all.select(uri).stream()
                .filter(proxy -> proxy.type() != Proxy.Type.SOCKS)
                .toList();
    }

    @Override
    public void connectFailed(URI uri, SocketAddress proxy, IOException e) {
        all.connectFailed(uri, proxy, e);
    }

    /** Connections of clients with the same selector can be shared. */
    @Override
    public boolean equals(Object other) {
        return other instanceof FilteredProxies proxies && proxies.all.equals(all);
    }

    @Override
    public int hashCode() {
        return all.hashCode();
    }
}
