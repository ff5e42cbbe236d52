package dev.meshclient.internal.authz;

import dev.meshclient.authz.InboundRequest.Attribute;
import dev.meshclient.internal.authz.Authorization.Facts;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A request that a test writes down; what it does not say is known to be absent, unless it is said to be unknown. */
final class FakeFacts implements Facts<FakeFacts> {
    final Map<Attribute, String> texts = new EnumMap<>(Attribute.class);
    final Map<String, String> headers = new HashMap<>();
    final Set<Attribute> unknown = EnumSet.noneOf(Attribute.class);

    @Nullable
    Map<String, Object> claims;

    FakeFacts with(Attribute attribute, String text) {
        texts.put(attribute, text);
        return this;
    }

    FakeFacts header(String name, String value) {
        headers.put(name.toLowerCase(Locale.ROOT), value);
        return this;
    }

    FakeFacts claims(Map<String, Object> ofToken) {
        claims = ofToken;
        return this;
    }

    FakeFacts unknown(Attribute... attributes) {
        unknown.addAll(Set.of(attributes));
        return this;
    }

    FakeFacts copy() {
        FakeFacts copy = new FakeFacts();
        copy.texts.putAll(texts);
        copy.headers.putAll(headers);
        copy.unknown.addAll(unknown);
        copy.claims = claims;
        return copy;
    }

    @Override
    public boolean knows(Attribute attribute, FakeFacts request) {
        return !unknown.contains(attribute);
    }

    @Override
    public @Nullable String text(Attribute attribute, FakeFacts request) {
        return texts.get(attribute);
    }

    @Override
    public boolean knowsHeader(String name, FakeFacts request) {
        return !unknown.contains(Attribute.HEADERS);
    }

    @Override
    public @Nullable String header(String name, FakeFacts request) {
        return headers.get(name.toLowerCase(Locale.ROOT));
    }

    @Override
    public byte @Nullable [] address(Attribute attribute, FakeFacts request) {
        String text = texts.get(attribute);
        return text == null ? null : AddressBlock.bytes(text);
    }

    @Override
    public @Nullable Map<String, Object> claims(FakeFacts request) {
        return claims;
    }

    @Override
    public String toString() {
        return texts + " " + headers + " " + claims + " unknown " + unknown;
    }
}
