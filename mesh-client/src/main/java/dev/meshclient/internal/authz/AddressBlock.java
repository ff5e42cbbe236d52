package dev.meshclient.internal.authz;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** An IP address or a prefix of addresses. An IPv4-mapped IPv6 address ({@code ::ffff:10.0.0.1}) equals its IPv4 address. */
final class AddressBlock {
    private final byte[] address;
    private final int prefix;

    private AddressBlock(byte[] address, int prefix) {
        this.address = address;
        this.prefix = prefix;
    }

    /** @throws IllegalArgumentException if the text is no address block */
    static AddressBlock of(String text) {
        int slash = text.indexOf('/');
        byte[] address = bytes(slash < 0 ? text : text.substring(0, slash));
        int bits = address.length * 8;
        int mapped = bits == 32 && text.indexOf(':') >= 0 ? 96 : 0; // the prefix bits that mark an IPv4-mapped address
        int prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1)) - mapped;
        if (prefix < 0 || prefix > bits) {
            throw new IllegalArgumentException("not an address block: " + text);
        }
        return new AddressBlock(address, prefix);
    }

    /** @param address checked as an address with the policy, so no name is looked up */
    static byte[] bytes(String address) {
        try {
            return InetAddress.getByName(address).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("not an IP address: '" + address + "'", e);
        }
    }

    boolean contains(byte[] other) {
        if (other.length != address.length) {
            return false;
        }
        int whole = prefix / 8;
        for (int i = 0; i < whole; i++) {
            if (other[i] != address[i]) {
                return false;
            }
        }
        int rest = prefix % 8;
        return rest == 0 || ((other[whole] ^ address[whole]) & 0xff) >> (8 - rest) == 0;
    }
}
