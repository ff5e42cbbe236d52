package dev.meshclient.policy;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A document as it was read. A problem in one service does not refuse the others.
 *
 * @param policy its content, without the refused services
 * @param unknownFields paths of fields that this version does not know and ignores, each once and without array indexes:
 *     {@code services.orders.endpoints[].zone}
 * @param refused refused services by name, in document order of their first problem
 * @param unresolved services that rules send calls to and that the document does not list, not even as {@code null}
 */
public record PolicyDocument(
        MeshPolicy policy, List<String> unknownFields, Map<String, RefusedService> refused, Set<String> unresolved) {
    /**
     * The document of a policy made in code: checked, without the services that have problems.
     *
     * @throws PolicyException if there is a problem outside a single service
     */
    public static PolicyDocument of(MeshPolicy policy) throws PolicyException {
        PolicyCheck check = new PolicyCheck();
        check.check(policy);
        return check.document(List.of());
    }

    /**
     * This document, checked as in {@link #of}: for a combination of checked documents, or a source that refuses services
     * itself.
     *
     * @throws PolicyException if there is a problem outside a single service
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
