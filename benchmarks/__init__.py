"""Speed and accuracy, as ratios against a peer or a floor in the same run."""
