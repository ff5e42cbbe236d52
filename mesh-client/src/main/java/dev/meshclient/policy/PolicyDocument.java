package dev.meshclient.policy;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A document that was checked. A problem in one service does not refuse the others. Made by {@link #of(MeshPolicy)}, or read by
 * {@code PolicyCodec}.
 */
public final class PolicyDocument {
    private final MeshPolicy policy;
    private final List<String> unknownFields;
    private final Map<String, RefusedService> refused;
    private final Set<String> unresolved;

    PolicyDocument(
            MeshPolicy policy,
            List<String> unknownFields,
            Map<String, RefusedService> refused,
            Set<String> unresolved) {
        this.policy = policy;
        this.unknownFields = List.copyOf(unknownFields);
        this.refused = Collections.unmodifiableMap(new LinkedHashMap<>(refused));
        this.unresolved = Set.copyOf(unresolved);
    }

    /**
     * The document of a policy made in code: checked, without the services that have problems.
     *
     * @throws PolicyException if there is a problem outside a single service
     */
    public static PolicyDocument of(MeshPolicy policy) throws PolicyException {
        return of(policy, List.of(), Map.of());
    }

    /**
     * As {@link #of(MeshPolicy)}, for a source that refuses services itself, or a combination of documents.
     *
     * @param unknownFields fields that were ignored
     * @param refused services that the policy does not contain since they were refused before; rules may send calls to them
     * @throws PolicyException if there is a problem outside a single service
     */
    public static PolicyDocument of(MeshPolicy policy, List<String> unknownFields, Map<String, RefusedService> refused)
            throws PolicyException {
        Required.value(policy, "policy", "MeshPolicy.builder()...build()");
        List<String> ignored = Required.list(unknownFields, "unknownFields");
        Map<String, RefusedService> all = new LinkedHashMap<>(Required.map(refused, "refused"));
        PolicyCheck check = new PolicyCheck();
        check.check(policy, refused.keySet());
        PolicyDocument found = check.document(ignored);
        all.putAll(found.refused);
        return new PolicyDocument(found.policy, ignored, all, found.unresolved);
    }

    /** This document with the services and endpoints of an earlier one where they are equal: they are stored only once. */
    public PolicyDocument sharing(PolicyDocument before) {
        Required.value(before, "before", "the earlier document");
        MeshPolicy shared = policy.withServices(
                (name, service) -> service.sharing(before.policy.services().get(name)));
        return shared == policy ? this : new PolicyDocument(shared, unknownFields, refused, unresolved);
    }

    /** Its content, without the refused services. */
    public MeshPolicy policy() {
        return policy;
    }

    /**
     * Fields that this version does not know and ignores: the path of each once and without array indexes, the first ones with the
     * field that was probably meant: {@code services.orders.limits.maxRequest (did you mean maxRequests?)}.
     */
    public List<String> unknownFields() {
        return unknownFields;
    }

    /** Refused services by name, in document order of their first problem. */
    public Map<String, RefusedService> refused() {
        return refused;
    }

    /** Services that rules send calls to and that the document does not list, not even as {@code null}. */
    public Set<String> unresolved() {
        return unresolved;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PolicyDocument that
                && policy.equals(that.policy)
                && unknownFields.equals(that.unknownFields)
                && refused.equals(that.refused)
                && unresolved.equals(that.unresolved);
    }

    @Override
    public int hashCode() {
        return Objects.hash(policy, unknownFields, refused, unresolved);
    }

    @Override
    public String toString() {
        return "document " + policy.metadata().revision() + " with "
                + policy.services().size() + " services, " + refused.size() + " refused";
    }
}
