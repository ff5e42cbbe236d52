package dev.meshclient.policy;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A document as it was read. What is wrong with one service is no reason to refuse another.
 *
 * @param policy what it says, without the services that are refused
 * @param unknownFields paths of fields that this version does not know and that are ignored, each once and
 *     without array indexes: {@code services.orders.endpoints[].zone}
 * @param refused services that are not taken, by name, in document order of their first problem
 * @param unresolved services that rules send calls to and that it does not have, not even as {@code null}
 */
public record PolicyDocument(
        MeshPolicy policy, List<String> unknownFields, Map<String, RefusedService> refused, Set<String> unresolved) {
    /**
     * The document of a policy that was made in code: checked, without the services of which something is wrong.
     *
     * @throws PolicyException if something is wrong that is not of one service alone
     */
    public static PolicyDocument of(MeshPolicy policy) throws PolicyException {
        PolicyCheck check = new PolicyCheck();
        check.check(policy);
        return check.document(List.of());
    }

    /**
     * This document, checked as that of {@link #of} is: for what was put together of documents that were checked, or by a source
     * that refuses services itself.
     *
     * @throws PolicyException if something is wrong that is not of one service alone
     */
    public PolicyDocument checked() throws PolicyException {
        PolicyCheck check = new PolicyCheck();
        check.check(policy, refused.keySet());
        PolicyDocument found = check.document(unknownFields);
        Map<String, RefusedService> all = new LinkedHashMap<>(refused);
        all.putAll(found.refused);
        Set<String> missing = new HashSet<>(unresolved);
        missing.addAll(found.unresolved);
        return new PolicyDocument(found.policy, unknownFields, all, missing);
    }

    public PolicyDocument {
        unknownFields = List.copyOf(unknownFields);
        refused = Collections.unmodifiableMap(new LinkedHashMap<>(refused));
        unresolved = Set.copyOf(unresolved);
    }
}
