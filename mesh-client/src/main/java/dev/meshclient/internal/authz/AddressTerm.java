package dev.meshclient.internal.authz;

import dev.meshclient.authz.InboundRequest.Attribute;
import dev.meshclient.internal.authz.Authorization.Facts;
import java.util.List;

/** Matches any of these addresses or prefixes. */
final class AddressTerm extends Term {
    private final Attribute attribute;
    private final AddressBlock[] blocks;

    AddressTerm(Attribute attribute, List<String> values) {
        this.attribute = attribute;
        this.blocks = values.stream().map(AddressBlock::of).toArray(AddressBlock[]::new);
    }

    @Override
    <T> Truth of(Facts<T> facts, T request) {
        if (!facts.knows(attribute, request)) {
            return Truth.MAYBE;
        }
        byte[] address = facts.address(attribute, request);
        if (address != null) {
            for (AddressBlock block : blocks) {
                if (block.contains(address)) {
                    return Truth.YES;
                }
            }
        }
        return Truth.NO;
    }
}
