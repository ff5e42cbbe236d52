/** Policy as a JSON document: its syntax. {@link dev.meshclient.policy.PolicyCheck} checks its meaning. */
@NullMarked
package dev.meshclient.policy.json;

import org.jspecify.annotations.NullMarked;
