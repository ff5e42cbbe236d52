/** Who may call whom: one evaluator for calls that go out and requests that come in, and the boundary for the latter. */
@NullMarked
package dev.meshclient.authz;

import org.jspecify.annotations.NullMarked;
