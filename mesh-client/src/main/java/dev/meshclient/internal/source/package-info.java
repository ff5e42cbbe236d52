/** Shared by the sources of this library: reading documents, watching, and the facts that they deliver with documents. */
@NullMarked
package dev.meshclient.internal.source;

import org.jspecify.annotations.NullMarked;
