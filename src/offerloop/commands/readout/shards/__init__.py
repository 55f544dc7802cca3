"""What a read-out computes of each customer: shard by shard, where the shards are, down to sums that add up."""
