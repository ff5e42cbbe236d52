/** Names that stand for endpoints: looked up, refreshed, and never forgotten because a name server is ill. */
@NullMarked
package dev.meshclient.internal.resolve;

import org.jspecify.annotations.NullMarked;
