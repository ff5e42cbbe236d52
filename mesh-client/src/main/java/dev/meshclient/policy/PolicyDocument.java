package dev.meshclient.policy;

import java.util.List;

/**
 * A document as it was read.
 *
 * @param policy what it says
 * @param unknownFields paths of fields that this version does not know and that are ignored, each once and
 *     without array indexes: {@code services.orders.endpoints[].zone}
 */
public record PolicyDocument(MeshPolicy policy, List<String> unknownFields) {
    public PolicyDocument {
        unknownFields = List.copyOf(unknownFields);
    }
}
