/** Policy as a JSON document: its syntax. What a policy means is checked by {@link dev.meshclient.policy.PolicyCheck}. */
@NullMarked
package dev.meshclient.policy.json;

import org.jspecify.annotations.NullMarked;
