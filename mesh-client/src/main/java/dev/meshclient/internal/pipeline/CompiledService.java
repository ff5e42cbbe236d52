package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Revision;
import java.util.List;

/**
 * The layers of a service. A policy that says the same of it, and of all that it sends to, takes them over.
 *
 * @param revision of the document that stated it last
 * @param hosts that it lists
 * @param backends that its rules send to
 */
record CompiledService(Revision revision, List<HostPattern> hosts, CallLayer layers, List<CompiledBackend> backends) {}
